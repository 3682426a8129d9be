import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Capability, PageMethod, PageMethods } from "../src/protocol/index.js";
import type { Asking } from "./host.js";
import type { Action, Page } from "./state.js";

/** What every part of the page works with. */
export interface PageSession {
  readonly page: Page;
  readonly dispatch: (action: Action) => void;
  /** Whether the shown file's source can do it; what it cannot do is not offered. */
  readonly can: (capability: Capability) => boolean;
  /** Asks the host and waits for its answer. */
  readonly request: <M extends PageMethod>(method: M, params: PageMethods[M]["params"], asking?: Asking) => Promise<PageMethods[M]["result"]>;
  /** Asks the host for something whose answer shows by itself; what goes wrong is told to the user. */
  readonly act: <M extends PageMethod>(method: M, params: PageMethods[M]["params"], asking?: Asking) => void;
  /** Tells the user something in passing, also to a screen reader. */
  readonly tell: (message: string, kind?: "done" | "problem") => void;
  /** Says to a screen reader what is plain to see. */
  readonly announce: (message: string) => void;
}

export const PageSessionContext = createContext<PageSession | null>(null);

export function useSession(): PageSession {
  const session = useContext(PageSessionContext);
  if (!session) throw new Error("No session: render inside PageSessionContext.Provider.");
  return session;
}
