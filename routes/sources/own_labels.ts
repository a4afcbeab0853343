/** Two sources of the same name have their ids behind it, unless that is their name: people must tell them apart. */
export function withOwnLabels<S extends { readonly id: string; readonly label: string }>(
  sources: readonly S[],
): S[] {
  const isUnique = (label: string) => sources.filter((one) => one.label === label).length === 1;
  return sources.map((source) => {
    const { id, label } = source;
    return isUnique(label) || label === id ? source : { ...source, label: `${label}, ${id}` };
  });
}
