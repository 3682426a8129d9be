const all = { read: true, write: true, programs: true, network: true, addons: true, threads: true } as const;

/**
 * What the user can allow model code beyond what it may do anyway, by the names that the setting `layerscope.permissions` and the terminal's `--allow` have:
 * to read outside of the workspace and its packages, to write outside of the model file's own folder, to start programs, to use the network, to load native
 * add-ons, to start threads from files.
 */
export type Permission = keyof typeof all;

export const permissions = Object.keys(all) as readonly Permission[];

export function isPermission(name: unknown): name is Permission {
  return typeof name === "string" && Object.hasOwn(all, name);
}

/** What the code of one run may do with the machine. */
export interface Access {
  /** Somebody asked for this run. One that began by itself, because its file was shown or as the user typed, may only read. */
  readonly asked: boolean;
  readonly allowed: readonly Permission[];
  /** Folders that may be read, absolute, with all beneath them. */
  readonly readable: readonly string[];
  /** The same of writing, where the run was asked for. */
  readonly writable: readonly string[];
}
