import { commands } from '../commandTable.ts';
import { commandNames, optionWords, serverCommands, wordCommands } from './words.ts';

/**
 * The completion for bash. The names of servers come from repositories: they are compared and quoted here, and never
 * reach `compgen -W`, which would expand what is in them.
 */
export function bashCompletion(): string {
  const options = commands.map(
    (command) =>
      `      ${command.name}) COMPREPLY=($(compgen -W "${optionWords(command).join(' ')}" -- "$current")) ;;`,
  );
  const words = wordCommands.map(
    ({ name, words }) => `    ${name}) COMPREPLY=($(compgen -W "${words.join(' ')}" -- "$current")) ;;`,
  );
  return `_mcp_auth() {
  local current="\${COMP_WORDS[COMP_CWORD]}" name
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${commandNames.join(' ')} --help --version" -- "$current"))
    return
  fi
  if [[ "$current" == -* ]]; then
    case "\${COMP_WORDS[1]}" in
${options.join('\n')}
    esac
    return
  fi
  case "\${COMP_WORDS[1]}" in
${words.join('\n')}
    ${serverCommands.join('|')})
      while IFS= read -r name; do
        if [[ "$name" == "$current"* ]]; then
          COMPREPLY+=("$(printf '%q' "$name")")
        fi
      done < <(mcp-auth completion --servers 2>/dev/null)
      ;;
    run)
      COMPREPLY=($(compgen -c -- "$current"))
      ;;
  esac
}
complete -F _mcp_auth mcp-auth
`;
}
