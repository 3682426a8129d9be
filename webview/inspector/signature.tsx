/** A module or operation as PyTorch prints it: `Linear(in_features=4, out_features=8, bias=True)`. */
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
