import type * as torch from "../engine/index.js";
import type { Engine } from "../inspect/index.js";

/** Elements: of a tensor with more, and of what is computed of one, a look knows the shape alone. That of a layer from 784 to 256 features has its values. */
const computed = 2 ** 18;

/** Has the values of large tensors left out, which is what looking at a large model would take its time for. `onRead`: the code reads one. An engine of the workspace's own may not know how to. */
export function leaveOutLarge(engine: Engine, onRead: () => never): void {
  (engine as Partial<Pick<typeof torch, "leaveOutValues">>).leaveOutValues?.({ above: computed, onRead });
}
