/** The program's own files. */
import { fileURLToPath } from "node:url";

/** The file system's path of a `file:` URL. */
export function fromFileUrl(url: URL): string {
  return fileURLToPath(url);
}

/** The path of `file` below `root`, with slashes. */
export function relativeTo(root: URL, file: URL): string {
  return decodeURIComponent(file.pathname.slice(root.pathname.length));
}

/**
 * The TypeScript and JavaScript files at `root` and in `folders` below it, those that others wrote excepted.
 * Folders that do not exist have none.
 */
export async function sourceFiles(root: URL, folders: readonly string[]): Promise<URL[]> {
  const files = await filesIn(root, false);
  for (const folder of folders) files.push(...await filesIn(new URL(`${folder}/`, root), true));
  return files.sort((a, b) => a.pathname < b.pathname ? -1 : 1);
}

async function filesIn(folder: URL, deep: boolean): Promise<URL[]> {
  const files: URL[] = [];
  try {
    for await (const { name, isFile, isDirectory } of Deno.readDir(folder)) {
      // AssemblyScript resolves its own imports; vendor/ is not ours.
      if (isDirectory && deep && name !== "vendor" && name !== "assembly") {
        files.push(...await filesIn(new URL(`${name}/`, folder), true));
      }
      if (isFile && /\.(ts|js)$/.test(name)) files.push(new URL(name, folder));
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return files;
}
