import { existsSync, readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { dirname, relative, resolve } from 'node:path';
import { projectRoot } from '../paths.ts';

/** Replaces positions in bundles by the positions in the source files they come from, in the text of a stack. */
export function withOriginalPositions(stack: string): string {
  return stack.replace(
    /([^\s()]+\.c?js):(\d+):(\d+)/g,
    (position, file: string, line: string, column: string) => {
      const path = file.replace(/^file:\/\//, '');
      if (!path.startsWith(projectRoot) || !existsSync(`${path}.map`)) {
        return position;
      }
      const map = new SourceMap(JSON.parse(readFileSync(`${path}.map`, 'utf8')) as SourceMapPayload);
      const origin = map.findEntry(Number(line) - 1, Number(column) - 1);
      return 'originalSource' in origin
        ? `${relative(projectRoot, resolve(dirname(path), origin.originalSource))}:${origin.originalLine + 1}:${origin.originalColumn + 1}`
        : position;
    },
  );
}
