import { commands } from '../commandTable.ts';
import { commandNames, optionWords, serverCommands, wordCommands } from './words.ts';

/**
 * The completion for PowerShell. The names of servers come from repositories; PowerShell itself quotes them, to which some
 * more characters than one are a single quote.
 */
export function powershellCompletion(): string {
  const options = commands.map((command) => `      ${quote(command.name)} { ${list(optionWords(command))} }`);
  const words = [
    ...wordCommands.map(({ name, words }) => `      ${quote(name)} { ${list(words)} }`),
    ...serverCommands.map((name) => `      ${quote(name)} { mcp-auth completion --servers 2>$null }`),
  ];
  return `Register-ArgumentCompleter -Native -CommandName mcp-auth -ScriptBlock {
  param($word, $line, $position)
  $given = @($line.CommandElements | ForEach-Object { $_.ToString() })
  $count = if ($word) { $given.Count - 1 } else { $given.Count }
  $found = if ($count -le 1) {
    ${list([...commandNames, '--help', '--version'])}
  } elseif ($word -like '-*') {
    switch ($given[1]) {
${options.join('\n')}
    }
  } else {
    switch ($given[1]) {
${words.join('\n')}
    }
  }
  $found | Where-Object { $_ -and $_.StartsWith($word) } | ForEach-Object {
    $text = if ($_ -match '^[\\w.-]+$') { $_ } else {
      "'" + [System.Management.Automation.Language.CodeGeneration]::EscapeSingleQuotedStringContent($_) + "'"
    }
    [System.Management.Automation.CompletionResult]::new($text, $_, 'ParameterValue', $_)
  }
}
`;
}

function list(words: readonly string[]): string {
  return words.map(quote).join(', ');
}

function quote(word: string): string {
  return `'${word}'`;
}
