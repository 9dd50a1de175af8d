/**
 * A row of the tree, and the argument of the commands in its menu. It only names what it stands for; what is
 * shown, and what a command acts on, is looked up when it is needed.
 */
export interface TreeNode {
  readonly kind: 'account' | 'credential' | 'detail' | 'problem' | 'server' | 'source';
  /** Unique per kind. For a server and an account the id in the inventory; for a source and its problem the id of the source. */
  readonly id: string;
}

/** Whether a command's argument is a row: commands are also called from the palette, and by anybody. */
export function isTreeNode(value: unknown): value is TreeNode {
  return (
    typeof value === 'object' &&
    value !== null &&
    'kind' in value &&
    typeof value.kind === 'string' &&
    'id' in value &&
    typeof value.id === 'string'
  );
}

/** The row of a server, for commands that call each other. */
export function serverNode({ id }: { readonly id: string }): TreeNode {
  return { kind: 'server', id };
}

/** The row of an account, likewise. */
export function accountNode({ id }: { readonly id: string }): TreeNode {
  return { kind: 'account', id };
}
