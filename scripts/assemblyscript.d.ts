/**
 * What build-kernels.mjs uses of the AssemblyScript compiler. Its own declarations bring AssemblyScript's arrays into every file of ours, where
 * `at` never misses.
 */
interface Compilation {
  readonly error: Error | null;
  readonly stderr: { toString(): string };
}

declare const asc: {
  main(args: readonly string[]): Promise<Compilation>;
};
export default asc;
