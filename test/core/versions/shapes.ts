/** The shapes of stored events, read from their types by the compiler: what a change of a type changes is seen before it is stored. */
import ts from 'typescript';

/** A shape as text: fields in order of their names, `name?` where one may be missing, choices in order. */
export type Shape = string;

const OPTIONS: ts.CompilerOptions = {
  strict: true,
  allowImportingTsExtensions: true,
  noEmit: true,
  target: ts.ScriptTarget.ES2024,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  types: [],
  skipLibCheck: true,
};

/** Every member of the union `RoomEvent`, by its `type`. */
export function shapesIn(file: string): Map<string, Shape> {
  const program = ts.createProgram([file], OPTIONS);
  const checker = program.getTypeChecker();
  const alias = program.getSourceFile(file)?.statements.find((one) => ts.isTypeAliasDeclaration(one) && one.name.text === 'RoomEvent');
  if (!alias || !ts.isTypeAliasDeclaration(alias)) throw new Error(`no RoomEvent in ${file}`);

  const choices = (parts: string[]): string => {
    const all = new Set(parts);
    if (all.has('true') && all.has('false')) for (const one of ['true', 'false']) all.delete(one);
    else if (!all.has('true') && !all.has('false')) return [...all].sort().join(' | ');
    if (parts.includes('true') && parts.includes('false')) all.add('boolean');
    return [...all].sort().join(' | ');
  };
  const shapeOf = (type: ts.Type): Shape => {
    if (type.isUnion()) return choices(type.types.flatMap((one) => (one.flags & ts.TypeFlags.Undefined ? [] : shapeOf(one))));
    // An id is a string with a brand that is never stored.
    if (type.isIntersection() && type.types.some((one) => one.flags & ts.TypeFlags.StringLike)) return 'string';
    if (type.isStringLiteral()) return `'${type.value}'`;
    if (type.flags & ts.TypeFlags.StringLike) return 'string';
    if (type.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection)) {
      if (checker.isTupleType(type))
        return `[${checker
          .getTypeArguments(type as ts.TypeReference)
          .map(shapeOf)
          .join(', ')}]`;
      if (checker.isArrayType(type)) return `(${shapeOf(checker.getTypeArguments(type as ts.TypeReference)[0] ?? type)})[]`;
      const entries = checker.getIndexInfosOfType(type).map((one) => `[${shapeOf(one.keyType)}]: ${shapeOf(one.type)}`);
      return `{ ${[...entries, ...fieldsOf(type)].sort().join('; ')} }`;
    }
    return checker.typeToString(type);
  };
  const fieldsOf = (type: ts.Type, without = ''): string[] =>
    checker
      .getPropertiesOfType(type)
      .filter((one) => one.name !== without)
      .map((one) => `${one.name}${one.flags & ts.SymbolFlags.Optional ? '?' : ''}: ${shapeOf(checker.getTypeOfSymbol(one))}`);

  const shapes = new Map<string, string[]>();
  const union = checker.getTypeAtLocation(alias.name);
  for (const member of union.isUnion() ? union.types : [union]) {
    const tag = member.getProperty('type');
    const names = tag ? checker.getTypeOfSymbol(tag) : null;
    for (const name of names?.isUnion() ? names.types : names ? [names] : [])
      if (name.isStringLiteral())
        shapes.set(name.value, [...(shapes.get(name.value) ?? []), `{ ${fieldsOf(member, 'type').sort().join('; ')} }`]);
  }
  return new Map([...shapes].map(([name, all]) => [name, all.sort().join(' || ')]));
}
