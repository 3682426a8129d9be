import "./other.js";
import { other } from "./other.js";
import type { Other } from "./other.js";
export * from "./other.js";

declare module "./other.js" {
  interface Other {
    readonly merged?: boolean;
  }
}
export type Inline = import("./other.js").Other;
export const later = (): Promise<Other> => import("./other.js").then(() => other);
