/** When the variables of a terminal are set, by the names of VS Code's `EnvironmentVariableMutatorOptions`. */
export interface VariableOptions {
  readonly applyAtProcessCreation: boolean;
  readonly applyAtShellIntegration: boolean;
}

/**
 * When the variables of this window's terminals are set: at the start of a terminal, and once more after the shell's own
 * start-up files, which may set the PATH anew. Not so on Windows: Git Bash would have the backslashes of a path read by
 * `echo -e`, and a semicolon put into a PATH of colons (posit-dev/positron#15638).
 */
export function variableOptions(platform: NodeJS.Platform = process.platform): VariableOptions {
  return { applyAtProcessCreation: true, applyAtShellIntegration: platform !== 'win32' };
}
