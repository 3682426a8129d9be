import * as vscode from "vscode";
import type { Command } from "../command.js";

/** The examples that come with the extension, by what they teach; the first is the one to begin with. */
function examples(): readonly { readonly file: string; readonly title: string; readonly teaches: string }[] {
  return [
    {
      file: "parameter-management.ts",
      title: vscode.l10n.t("Parameter management"),
      teaches: vscode.l10n.t("reach, initialize and share parameters: the chapter, in TypeScript"),
    },
    {
      file: "parameter-management.zh-cn.ts",
      title: vscode.l10n.t("Parameter management, commented in Chinese"),
      teaches: vscode.l10n.t("the same example, its comments in the chapter's Chinese words"),
    },
    { file: "lenet.ts", title: vscode.l10n.t("LeNet-5"), teaches: vscode.l10n.t("convolutions and pooling, and what shape each gives") },
    { file: "train.ts", title: vscode.l10n.t("Training"), teaches: vscode.l10n.t("weights before and after training, beside how they were initialized") },
    {
      file: "initialization.ts",
      title: vscode.l10n.t("Initialization"),
      teaches: vscode.l10n.t("one network, three initializations: what trains, what does not, and why"),
    },
    { file: "resnet.ts", title: vscode.l10n.t("ResNet"), teaches: vscode.l10n.t("ways around blocks, and blocks that repeat") },
    { file: "unet.ts", title: vscode.l10n.t("U-Net"), teaches: vscode.l10n.t("long connections between levels") },
    { file: "lstm-language-model.ts", title: vscode.l10n.t("LSTM language model"), teaches: vscode.l10n.t("state that is carried from step to step") },
    { file: "gpt2.ts", title: vscode.l10n.t("GPT-2"), teaches: vscode.l10n.t("a stack of transformer blocks, with weights shared between input and output") },
    { file: "bert.ts", title: vscode.l10n.t("BERT"), teaches: vscode.l10n.t("a transformer encoder, and masks for padding") },
    { file: "vit.ts", title: vscode.l10n.t("Vision transformer"), teaches: vscode.l10n.t("an image as a sequence of patches") },
    { file: "llama3.ts", title: vscode.l10n.t("Llama 3"), teaches: vscode.l10n.t("70 billion parameters without memory: shapes alone") },
    { file: "mixture-of-experts.ts", title: vscode.l10n.t("Mixture of experts"), teaches: vscode.l10n.t("modules of which few are called") },
    { file: "vgg16.ts", title: vscode.l10n.t("VGG-16"), teaches: vscode.l10n.t("where a network keeps its parameters") },
    { file: "mobilenetv2.ts", title: vscode.l10n.t("MobileNetV2"), teaches: vscode.l10n.t("convolutions taken apart into cheap ones") },
    {
      file: "parameter-management.ipynb",
      title: vscode.l10n.t("Parameter management, a notebook"),
      teaches: vscode.l10n.t("the chapter in PyTorch's own Python, cell by cell"),
    },
    { file: "parameter-management.py", title: vscode.l10n.t("Parameter management in Python"), teaches: vscode.l10n.t("the chapter in PyTorch's own Python") },
    {
      file: "initialization.ipynb",
      title: vscode.l10n.t("Initialization, a notebook"),
      teaches: vscode.l10n.t("one network, three initializations: what trains, what does not, and why"),
    },
    {
      file: "initialization.py",
      title: vscode.l10n.t("Initialization in Python"),
      teaches: vscode.l10n.t("one network, three initializations: what trains, what does not, and why"),
    },
  ];
}

/** Writes an example beside the user's own files and opens it. A file that is there already is opened as it is. */
export const run: Command = async ({ context }) => {
  const items = examples().map(({ file, title, teaches }) => ({ label: title, description: file, detail: teaches, file }));
  const picked = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t("Create Example"),
    placeHolder: vscode.l10n.t("What do you want to see?"),
    matchOnDescription: true,
    matchOnDetail: true,
  });
  if (!picked) return;
  const source = vscode.Uri.joinPath(context.extensionUri, "examples", picked.file);
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  const beside = folder && vscode.Uri.joinPath(folder.uri, picked.file);
  // A workspace that is not trusted stays as it is, but for a file that the user names.
  const uri = beside && (vscode.workspace.isTrusted || (await exists(beside))) ? beside : await chooseLocation(picked.file, beside);
  if (!uri) return;
  if (!(await exists(uri))) await vscode.workspace.fs.copy(source, uri);
  // To stay: as a preview it would take the place of the walkthrough that led here.
  await vscode.commands.executeCommand("vscode.open", uri, { preview: false });
  await vscode.commands.executeCommand("layerscope.openModelView");
};

function exists(uri: vscode.Uri): Promise<boolean> {
  return Promise.resolve(vscode.workspace.fs.stat(uri)).then(
    () => true,
    () => false,
  );
}

function chooseLocation(file: string, beside: vscode.Uri | undefined): Thenable<vscode.Uri | undefined> {
  const extension = file.slice(file.lastIndexOf(".") + 1);
  return vscode.window.showSaveDialog({ title: vscode.l10n.t("Create Example"), filters: { [extension]: [extension] }, ...(beside && { defaultUri: beside }) });
}
