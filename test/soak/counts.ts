/** How much of each there is: few in `npm test`, and what `npm run soak` says. */
export function count(name: string, few: number): number {
  return Number(process.env[`LAYERSCOPE_SOAK_${name}`] ?? few);
}

/** Printed with what is found: the same number makes the same inputs. */
export const seed = Number(process.env.LAYERSCOPE_SOAK_SEED ?? 1);
