/** Something with a lifetime. Structurally VS Code's `Disposable`, without needing it. */
export interface Disposable {
  dispose(): void;
}
