import { getNodeValue, type Node } from 'jsonc-parser';
import * as v from 'valibot';
import { propertyOf } from './jsonNode.ts';

/** A value that VS Code asks the person for and keeps to itself: `${input:id}` in `.vscode/mcp.json`. */
export interface InputDeclaration {
  readonly id: string;
  /** What the person is asked. Attacker-controlled. */
  readonly description?: string | undefined;
}

const declaration = v.object({ id: v.string(), description: v.optional(v.string()) });

/** The declarations in the `inputs` of a file; what is malformed is left out, as VS Code does. */
export function parseInputs(root: Node): readonly InputDeclaration[] {
  const inputs = propertyOf(root, 'inputs');
  const values: unknown = inputs?.value.type === 'array' ? getNodeValue(inputs.value) : [];
  return (Array.isArray(values) ? values : []).flatMap((value: unknown) => {
    const parsed = v.safeParse(declaration, value);
    return parsed.success ? [parsed.output] : [];
  });
}
