/** A file that a run made, large: a picture, a table, a text; anything else only to be saved. */
import { Download, X } from "lucide-react";
import { Dialog } from "radix-ui";
import { type ReactNode, useEffect, useState } from "react";
import { messageOf } from "../rooms/refusal";
import { IconButton } from "../ui/icon-button";
import { sizeInWords } from "../ui/sizes";
import type { MadeFile } from "../wire/types";
import { kindOf, laidOut, nameOf, readStart } from "./made";
import { readTable } from "./table";

interface MadeViewProps {
  readonly address: string;
  readonly file: MadeFile;
  readonly onClose: () => void;
  /** What can be done with it, beside saving it. */
  readonly children: ReactNode;
}

export function MadeView({ address, file, onClose, children }: MadeViewProps) {
  const [detail, setDetail] = useState<string | null>(null);
  const details = [sizeInWords(file.bytes), detail].filter((part) => part !== null);
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Overlay className="dialog-veil" />
        <Dialog.Content className="made-view" aria-describedby={undefined}>
          <header className="made-view-head">
            <Dialog.Title asChild>
              <h2 title={file.path}>{file.path}</h2>
            </Dialog.Title>
            <Dialog.Close asChild>
              <IconButton label="Close">
                <X className="icon" />
              </IconButton>
            </Dialog.Close>
          </header>
          <div className="made-view-body">
            <Content key={address} address={address} file={file} onDetail={setDetail} />
          </div>
          <footer className="made-view-foot">
            <span className="small muted">{details.join(" · ")}</span>
            <a className="button made-act" href={address} download={nameOf(file.path)}>
              <Download className="icon" /> Download
            </a>
            {children}
          </footer>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

interface ContentProps {
  readonly address: string;
  readonly file: MadeFile;
  readonly onDetail: (detail: string | null) => void;
}

function Content({ address, file, onDetail }: ContentProps) {
  const kind = kindOf(file);
  if (kind === "image") return <Picture address={address} file={file} onDetail={onDetail} />;
  if (kind === "other") return <p className="muted">There is no view for this kind of file. It can be downloaded.</p>;
  return <Writing address={address} file={file} onDetail={onDetail} table={kind === "table"} />;
}

function Picture({ address, file, onDetail }: ContentProps) {
  const [failed, setFailed] = useState(false);
  if (failed) return <p className="muted">This picture is not kept any more, or this browser cannot show it.</p>;
  return (
    <img
      src={address}
      alt={file.path}
      onError={() => setFailed(true)}
      onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) =>
        onDetail(`${naturalWidth} × ${naturalHeight} pixels`)
      }
    />
  );
}

function Writing({ address, file, onDetail, table }: ContentProps & { readonly table: boolean }) {
  const [text, setText] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    let over = false;
    readStart(address, file)
      .then((read) => {
        if (over) return;
        setText(read.whole ? laidOut(file.path, read.text) : read.text);
        onDetail(read.whole ? null : "only the beginning is shown");
      })
      .catch((error: unknown) => over || setProblem(messageOf(error)));
    return () => {
      over = true;
    };
  }, [address, file, onDetail]);
  if (problem !== null) return <p className="muted">{problem}</p>;
  if (text === null) return <span className="spinner" />;
  if (text === "") return <p className="muted">It is empty.</p>;
  return table ? <TableView text={text} onDetail={onDetail} /> : <pre>{text}</pre>;
}

function TableView({ text, onDetail }: { text: string; onDetail: (detail: string) => void }) {
  const [{ rows, cut }] = useState(() => readTable(text));
  useEffect(() => {
    if (cut) onDetail("only the beginning is shown");
  }, [cut, onDetail]);
  const [head, ...body] = rows;
  return (
    <table>
      <thead>
        <tr>
          {head?.map((value, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a table's columns have no other name
            <th key={at} scope="col">
              {value}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {body.map((row, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: nor have its rows
          <tr key={at}>
            {row.map((value, column) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: as above
              <td key={column}>{value}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
