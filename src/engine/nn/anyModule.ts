/**
 * Any module, as hooks and the machinery beneath the class get it. The class, which is built on them, says what a module is: module.ts merges it into
 * this interface.
 */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type
export interface AnyModule {}
