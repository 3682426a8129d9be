/** An event of the process: its window is about to be reloaded, and what its tests come to from then on is said by the window that comes after. */
export const reloading = "layerscope:reloading";
