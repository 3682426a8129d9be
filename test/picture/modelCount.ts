/** How many models that the dice make are looked at: `few` in `npm test`, as many as LAYERSCOPE_RANDOM_MODELS says in `npm run test:long`: "2000", or "500+1000" for 500 from the thousandth on. */
export function countOfModels(few: number): { readonly count: number; readonly first: number; readonly isLong: boolean } {
  const stated = process.env["LAYERSCOPE_RANDOM_MODELS"];
  const [count = few, first = 0] = (stated ?? String(few)).split("+").map(Number);
  return { count, first, isLong: stated !== undefined };
}
