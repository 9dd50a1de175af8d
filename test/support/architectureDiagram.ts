import { inProject } from './paths.ts';

/** The page that shows the diagram. */
export const architecturePage = inProject('ARCHITECTURE.md');

const block = /(?<=```mermaid\r?\n)stateDiagram-v2[\s\S]*?(?=\r?\n```)/;

/** The state diagram that a page shows; `undefined` if it shows none. */
export function shownDiagram(page: string): string | undefined {
  return block.exec(page)?.[0].replaceAll('\r\n', '\n');
}

/** The page with another diagram in its place. @throws Error if it shows none */
export function withDiagram(page: string, diagram: string): string {
  if (!block.test(page)) {
    throw new Error('The page has no block with a state diagram.');
  }
  return page.replace(block, () => diagram);
}
