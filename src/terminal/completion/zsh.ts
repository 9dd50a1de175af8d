import { commands } from '../commandTable.ts';
import { commandNames, optionWords, serverCommands, wordCommands } from './words.ts';

/** The completion for zsh, to be evaluated behind `compinit`. */
export function zshCompletion(): string {
  const options = commands.map(
    (command) => `      ${command.name}) compadd -- ${optionWords(command).join(' ')} ;;`,
  );
  const words = wordCommands.map(({ name, words }) => `    ${name}) compadd -- ${words.join(' ')} ;;`);
  return `#compdef mcp-auth
_mcp_auth() {
  local -a names
  if (( CURRENT == 2 )); then
    compadd -- ${commandNames.join(' ')} --help --version
    return
  fi
  if [[ "$PREFIX" == -* ]]; then
    case "$words[2]" in
${options.join('\n')}
    esac
    return
  fi
  case "$words[2]" in
${words.join('\n')}
    ${serverCommands.join('|')})
      names=("\${(@f)$(mcp-auth completion --servers 2>/dev/null)}")
      compadd -a names
      ;;
    run) _command_names ;;
  esac
}
compdef _mcp_auth mcp-auth
`;
}
