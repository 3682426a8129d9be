/** How tensors print. */
export interface PrintOptions {
  /** Digits after the point. Default 4. */
  precision: number;
  /** Tensors with more elements than this are summarized. Default 1000. */
  threshold: number;
  /** How many elements a summary shows at each end of each dimension. Default 3. */
  edgeItems: number;
  /** Characters on a line. Default 80. */
  lineWidth: number;
  /** Scientific notation always, never, or (null, the default) where the values call for it. */
  sciMode: boolean | null;
}

const profiles = {
  default: { precision: 4, threshold: 1000, edgeItems: 3, lineWidth: 80 },
  short: { precision: 2, threshold: 1000, edgeItems: 2, lineWidth: 80 },
  full: { precision: 4, threshold: Infinity, edgeItems: 3, lineWidth: 80 },
} as const;

/** @internal The options in force. */
export const printOptions: PrintOptions = { ...profiles.default, sciMode: null };

/** Changes how tensors print (torch.set_printoptions). A profile is set first; `sciMode` goes back to null where it is not given. */
export function setPrintOptions(options: Partial<PrintOptions> & { profile?: keyof typeof profiles } = {}): void {
  const { profile, ...given } = options;
  Object.assign(printOptions, profile && profiles[profile], { sciMode: null }, withoutUndefined(given));
}

function withoutUndefined<T extends object>(options: T): Partial<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<T>;
}
