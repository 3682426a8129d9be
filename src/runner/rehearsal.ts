import type * as torch from "../engine/index.js";
import { Inspection, ScriptCalls } from "../inspect/index.js";
import { partsOf } from "./parts.js";

/**
 * Goes once through what every run goes through, with a small network: V8 compiles functions when they are first called, and nobody waits for it ahead of a run. Leaves
 * nothing behind: random numbers go on as if nothing had been drawn.
 */
export function rehearse(engine: typeof torch): void {
  const { nn } = engine;
  const generator = engine.getRngState();
  const watching = engine.observe(null);
  try {
    const inspection = new Inspection({
      engine,
      calls: new ScriptCalls(import.meta.url),
      language: "typescript",
      locate: () => null,
      quietly: (body) => body(),
    });
    const module: torch.nn.Module = new nn.Sequential(new nn.Linear(4, 4), new nn.ReLU(), new nn.Linear(4, 1));
    (module as unknown as (x: torch.Tensor) => void)(engine.rand(2, 4));
    inspection.setModels([{ name: "", module, location: null }], { infer: true });
    for (const part of partsOf(inspection.snapshots())) void part;
  } finally {
    engine.observe(watching);
    engine.setRngState(generator);
  }
}
