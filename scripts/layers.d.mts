/** See layers.mjs. */
export interface Layer {
  readonly rooms: readonly string[];
  readonly about: string;
}
export const CORE_LAYERS: readonly Layer[];
export const MEMORY_CORE_LAYERS: readonly Layer[];
export const SRC_LAYERS: readonly Layer[];
export const EXCEPTIONS: readonly { readonly from: string; readonly to: string; readonly reason: string }[];
export const WAYS: Readonly<Record<'scenario' | 'event' | 'result', readonly string[]>>;
