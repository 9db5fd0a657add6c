declare module "picomatch" {
  /** @returns a test of a path against globs */
  export default function picomatch(globs: readonly string[], options?: { readonly dot?: boolean }): (path: string) => boolean;
}
