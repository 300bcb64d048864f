// as-bind ships no usable types for its run-time half; this is the part of it that bindings.ts uses.
declare module 'as-bind/dist/as-bind.esm.js' {
  interface BoundModule {
    readonly exports: Record<string, unknown>;
    getTypeId(typeName: string): number;
  }
  interface Converter {
    ascToJs(module: BoundModule, value: unknown, typeName: string): unknown;
    jsToAsc(module: BoundModule, value: unknown, typeName: string): unknown;
  }
  export const converters: Map<string | RegExp, Converter>;
}
