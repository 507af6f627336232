/** What a look at the page showed: errors first, each with its line, and the picture. */
import { CircleX, Info, TriangleAlert, Unplug } from "lucide-react";
import type { ReactNode } from "react";
import { runOver } from "../rooms/reducer";
import type { PageLevel, PagePlace, Run } from "../wire/types";
import { addressOf } from "./made";
import { gravestFirst, pageTally, placeText } from "./page-check";
import { durationOf } from "./words";
import "./page-report.css";

interface PageReportProps {
  readonly room: string;
  readonly run: Run;
  readonly paths: readonly string[];
  readonly onOpen: (path: string, line: number) => void;
}

export function PageReport({ room, run, paths, onOpen }: PageReportProps) {
  const report = run.page;
  if (report === null) {
    return (
      <p className="run-none" role="status">
        {run.cut && "Fetching what was seen of the page…"}
        {!run.cut && (runOver(run) ? "Nothing was seen of the page." : <Looking waits={run.state === "queued"} />)}
      </p>
    );
  }
  const picture = run.made.find(({ path }) => path === report.picture);
  const place = (where: PagePlace | null) =>
    where !== null &&
    (paths.includes(where.path) ? (
      <button type="button" className="page-place" onClick={() => onOpen(where.path, where.line)}>
        {placeText(where)}
      </button>
    ) : (
      <span className="page-place">{placeText(where)}</span>
    ));
  const messages = gravestFirst(report.messages);
  const line = (message: (typeof messages)[number], index: number) => (
    <li key={`message ${index}`} className={`page-line ${message.level}`}>
      {ICONS[message.level]}
      <span className="page-text">{message.text}</span>
      {message.count > 1 && <span className="page-count">{message.count}×</span>}
      {place(message.place)}
    </li>
  );
  const errors = messages.filter(({ level }) => level === "error").length;
  return (
    <section className="page-report" aria-label="Page check">
      <div className="page-found">
        <p className="page-tally" role="status">
          {pageTally(report) || "No errors, and nothing in the console"}
        </p>
        <p className="page-facts">
          {[
            report.title && `“${report.title}”`,
            report.load_ms === null ? "did not finish loading" : `loaded in ${durationOf(report.load_ms / 1000)}`,
          ]
            .filter(Boolean)
            .join(" · ")}
        </p>
        <ul>
          {messages.slice(0, errors).map(line)}
          {report.failures.map((failure) => (
            <li key={`load ${failure.address}`} className="page-line error">
              <Unplug className="icon" aria-label="Not loaded" />
              <span className="page-text">
                <code>{failure.address}</code> was not loaded: {failure.reason}
              </span>
              {place(failure.place)}
            </li>
          ))}
          {messages.slice(errors).map((message, index) => line(message, errors + index))}
        </ul>
        {report.left_out > 0 && <p className="page-facts">{report.left_out} more were left out.</p>}
      </div>
      {picture !== undefined && (
        <a className="page-picture" href={addressOf(room, run.id, picture)} target="_blank" rel="noreferrer">
          <img src={addressOf(room, run.id, picture)} alt={`How ${report.path} looked`} width={1280} height={800} />
        </a>
      )}
    </section>
  );
}

function Looking({ waits }: { waits: boolean }) {
  return (
    <>
      <span className="spinner" /> {waits ? "Waiting for a browser…" : "Looking at the page…"}
    </>
  );
}

const ICONS: Record<PageLevel, ReactNode> = {
  error: <CircleX className="icon" aria-label="Error" />,
  warning: <TriangleAlert className="icon" aria-label="Warning" />,
  info: <Info className="icon" aria-label="Info" />,
  log: <span className="page-mark" />,
  debug: <span className="page-mark" />,
};
