import { Download, Ellipsis, FileArchive, FilePlus2, FolderPlus, FolderUp, Upload } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import { type ChangeEvent, useRef } from "react";
import { IconButton } from "../ui/icon-button";
import { archiveAddress } from "./addresses";

interface TreeHeaderProps {
  readonly room: string;
  readonly writable: boolean;
  readonly onNew: (kind: "file" | "folder") => void;
  readonly onChosen: (files: FileList) => void;
  readonly onArchive: (file: File) => void;
}

/** The tree's title and what can be done to the room as a whole. */
export function TreeHeader({ room, writable, onNew, onChosen, onArchive }: TreeHeaderProps) {
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const archive = useRef<HTMLInputElement>(null);
  const chosen = (take: (files: FileList) => void) => (event: ChangeEvent<HTMLInputElement>) => {
    if (event.target.files !== null && event.target.files.length > 0) {
      take(event.target.files);
    }
    // Choosing the same file again is a choice too.
    event.target.value = "";
  };
  return (
    <header>
      <h2>Files</h2>
      {writable && (
        <>
          <IconButton label="New file" onClick={() => onNew("file")}>
            <FilePlus2 className="icon" />
          </IconButton>
          <IconButton label="Upload files" onClick={() => files.current?.click()}>
            <Upload className="icon" />
          </IconButton>
          <input ref={files} type="file" multiple hidden aria-label="Files to upload" onChange={chosen(onChosen)} />
          <input
            ref={(input) => {
              folder.current = input;
              input?.setAttribute("webkitdirectory", "");
            }}
            type="file"
            hidden
            aria-label="Folder to upload"
            onChange={chosen(onChosen)}
          />
          <input
            ref={archive}
            type="file"
            accept=".zip,application/zip"
            hidden
            aria-label="Zip to upload"
            onChange={chosen((list) => list[0] && onArchive(list[0]))}
          />
        </>
      )}
      <DropdownMenu.Root>
        <DropdownMenu.Trigger asChild>
          <IconButton label="More for files">
            <Ellipsis className="icon" />
          </IconButton>
        </DropdownMenu.Trigger>
        <DropdownMenu.Portal>
          <DropdownMenu.Content className="menu" align="end" collisionPadding={8}>
            {writable && (
              <>
                <DropdownMenu.Item className="menu-item" onSelect={() => onNew("folder")}>
                  <FolderPlus className="icon" /> New folder
                </DropdownMenu.Item>
                <DropdownMenu.Item className="menu-item" onSelect={() => folder.current?.click()}>
                  <FolderUp className="icon" /> Upload a folder
                </DropdownMenu.Item>
                <DropdownMenu.Item className="menu-item" onSelect={() => archive.current?.click()}>
                  <FileArchive className="icon" /> Upload a .zip
                </DropdownMenu.Item>
              </>
            )}
            <DropdownMenu.Item className="menu-item" asChild>
              <a href={archiveAddress(room)} download>
                <Download className="icon" /> Download room (.zip)
              </a>
            </DropdownMenu.Item>
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu.Root>
    </header>
  );
}
