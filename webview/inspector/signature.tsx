/** A module or operation with its arguments: `Linear(inFeatures: 4, outFeatures: 8, bias: true)`. */
export function Signature({ type, arguments: given }: { readonly type: string; readonly arguments: string }) {
  return (
    <h1>
      <span class="type">{type}</span>
      {given && (
        <>
          (<wbr />
          <span class="arguments">{given}</span>)
        </>
      )}
    </h1>
  );
}
