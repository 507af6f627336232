/** A binary file as people can look at it: an image, a font, a sound or a film; otherwise what it is and how large. */
import { Download, FileQuestionMark } from "lucide-react";
import { useEffect, useState } from "react";
import { messageOf } from "../rooms/refusal";
import { sizeInWords } from "../ui/sizes";
import { fileAddress } from "./addresses";
import "./asset-view.css";
import type { AssetFile } from "./files";
import { nameOf } from "./tree";

/** `url` is of the bytes in this browser. */
interface Loaded {
  readonly type: string;
  readonly bytes: number;
  readonly url: string;
  readonly data: Blob;
}

export function AssetView({ room, file }: { room: string; file: AssetFile }) {
  const address = `${fileAddress(room, file.path)}?${new URLSearchParams({ asset: file.asset })}`;
  const { loaded, problem } = useAsset(address);
  const name = nameOf(file.path);
  const [detail, setDetail] = useState<string | null>(null);
  if (loaded === null) {
    return (
      <div className="empty">
        {problem === null ? <span className="spinner" /> : <FileQuestionMark className="icon" />}
        <p>{problem ?? `Opening ${name}…`}</p>
      </div>
    );
  }
  const details = [loaded.type, sizeInWords(loaded.bytes), detail].filter((part) => part !== null);
  return (
    <figure className="asset-view" aria-label={file.path}>
      <div className="asset-shown">
        <Shown loaded={loaded} address={address} name={name} onDetail={setDetail} />
      </div>
      <figcaption className="small muted">
        <span>{details.join(" · ")}</span>
        <a className="button quiet" href={address} download={name}>
          <Download className="icon" /> Download
        </a>
      </figcaption>
    </figure>
  );
}

interface ShownProps {
  readonly loaded: Loaded;
  readonly address: string;
  readonly name: string;
  readonly onDetail: (detail: string) => void;
}

function Shown({ loaded, address, name, onDetail }: ShownProps) {
  const kind = loaded.type.slice(0, loaded.type.indexOf("/"));
  switch (kind) {
    case "image":
      return (
        <img
          src={loaded.url}
          alt={name}
          onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) =>
            onDetail(`${naturalWidth} × ${naturalHeight} pixels`)
          }
          onError={() => onDetail("this browser cannot show it")}
        />
      );
    case "font":
      return <FontSample data={loaded.data} onDetail={onDetail} />;
    case "audio":
      // biome-ignore lint/a11y/useMediaCaption: nobody wrote any for the sounds of a game
      return <audio controls src={address} aria-label={name} />;
    case "video":
      // biome-ignore lint/a11y/useMediaCaption: as above
      return <video controls src={address} aria-label={name} />;
    default:
      return <p className="muted">There is no view for this kind of file. Pages and programs can use it.</p>;
  }
}

const SAMPLES = [40, 24, 16];
let fonts = 0;

function FontSample({ data, onDetail }: { data: Blob; onDetail: (detail: string) => void }) {
  const [family, setFamily] = useState<string | null>(null);
  useEffect(() => {
    fonts += 1;
    const name = `sparkroom-sample-${fonts}`;
    let face: FontFace | null = null;
    let over = false;
    data
      .arrayBuffer()
      .then((bytes) => new FontFace(name, bytes).load())
      .then((made) => {
        if (!over) {
          face = made;
          document.fonts.add(made);
          setFamily(name);
        }
      })
      .catch(() => onDetail("this browser cannot read it"));
    return () => {
      over = true;
      if (face !== null) {
        document.fonts.delete(face);
      }
    };
  }, [data, onDetail]);
  return (
    family !== null && (
      <div className="font-sample" style={{ fontFamily: family }}>
        {SAMPLES.map((size) => (
          <p key={size} style={{ fontSize: size }}>
            The quick brown fox jumps over the lazy dog
          </p>
        ))}
        <p style={{ fontSize: 24 }}>ABCDEFGHIJKLMNOPQRSTUVWXYZ abcdefghijklmnopqrstuvwxyz 0123456789 !?&amp;@</p>
      </div>
    )
  );
}

/** The bytes at an address, fetched once for it. */
function useAsset(address: string): { loaded: Loaded | null; problem: string | null } {
  const [loaded, setLoaded] = useState<Loaded | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    const leaving = new AbortController();
    let url: string | null = null;
    setLoaded(null);
    setProblem(null);
    read(address, leaving.signal)
      .then((data) => {
        url = URL.createObjectURL(data);
        setLoaded({ type: data.type, bytes: data.size, url, data });
      })
      .catch((error: unknown) => leaving.signal.aborted || setProblem(messageOf(error)));
    return () => {
      leaving.abort();
      if (url !== null) {
        URL.revokeObjectURL(url);
      }
    };
  }, [address]);
  return { loaded, problem };
}

async function read(address: string, signal: AbortSignal): Promise<Blob> {
  const answer = await fetch(address, { signal });
  if (!answer.ok) {
    throw new Error(answer.status === 404 ? "The bytes of this file are missing: upload it again." : "Not available.");
  }
  return answer.blob();
}
