// Compiler transform: writes the custom section `as-bind_bindings` that as-bind's run-time half reads.
// as-bind's own transform cannot load here (it requires the compiler as CommonJS; the compiler is ESM only).
// Listed are only exports whose signature carries a managed value: the rest are plain numbers and need no converter.
import { Transform } from 'assemblyscript/transform';

const FUNCTION_PROTOTYPE = 4; // ElementKind.FunctionPrototype of the compiler
const USER_ENTRY = 1; // SourceKind.UserEntry

export default class AsBindTransform extends Transform {
  afterCompile(module) {
    const typeIds = {};
    const exportedFunctions = {};
    const nameOf = (type) => {
      const managed = type.getClass();
      if (managed === null) return { name: type.toString(), managed: false };
      typeIds[managed.internalName] = { id: managed.id, byteSize: managed.nextMemoryOffset };
      return { name: managed.internalName, managed: true };
    };
    for (const file of this.program.filesByName.values()) {
      if (file.source.sourceKind !== USER_ENTRY || file.exports === null) continue;
      for (const [exportName, element] of file.exports) {
        if (element.kind !== FUNCTION_PROTOTYPE) continue;
        const compiled = element.instances?.get('');
        if (compiled === undefined) continue;
        const returned = nameOf(compiled.signature.returnType);
        const taken = compiled.signature.parameterTypes.map(nameOf);
        if (!returned.managed && !taken.some((type) => type.managed)) continue;
        exportedFunctions[exportName] = { returnType: returned.name, parameters: taken.map((type) => type.name) };
      }
    }
    const section = JSON.stringify({ typeIds, importedFunctions: {}, exportedFunctions });
    module.addCustomSection('as-bind_bindings', new TextEncoder().encode(section));
  }
}
