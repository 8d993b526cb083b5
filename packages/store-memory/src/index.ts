/**
 * The reference store: everything `KeyStore` promises, in one process's memory.
 *
 * @module
 */
export { type MemoryStore, type MemoryStoreOptions, memoryStore } from './memory-store.ts'
