/** Made by build.ts: every `test/host/**` test file, to be loaded when mocha is ready for it. */
declare module 'host-suites' {
  export const suites: readonly { readonly file: string; load(): void }[];
}
