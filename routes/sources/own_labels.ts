/** Two sources of the same name have their ids behind it: people must tell them apart. */
export function withOwnLabels<S extends { readonly id: string; readonly label: string }>(
  sources: readonly S[],
): S[] {
  const isUnique = (label: string) => sources.filter((one) => one.label === label).length === 1;
  return sources.map((source) => {
    const { id, label } = source;
    return isUnique(label) ? source : { ...source, label: `${label}, ${id}` };
  });
}
