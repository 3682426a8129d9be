/** elkjs declares no types for the script of its worker, which is a CommonJS module where it is required as one. */
declare module "elkjs/lib/elk-worker.min.js" {
  import type { ELKConstructorArguments } from "elkjs/lib/elk-api.js";

  const script: { readonly Worker: new () => ReturnType<NonNullable<ELKConstructorArguments["workerFactory"]>> };
  export default script;
}
