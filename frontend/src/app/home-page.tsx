import { ArrowUp, X } from "lucide-react";
import { type KeyboardEvent, useState } from "react";
import { makeRoom } from "../rooms/api";
import { ModelPicker, modelFor } from "../turns/model-picker";
import { useGrowing } from "../turns/prompt-field";
import { IconButton } from "../ui/icon-button";
import { ThemeToggle } from "../ui/theme-toggle";
import { notifyError } from "../ui/toasts";
import type { HomeBoot } from "./boot";
import "../turns/prompt-bar.css";
import "./home-page.css";
import { Brand } from "./brand";
import { leavePrompt } from "./pending";
import { forgetRoom, recentRooms } from "./recent";

const TITLE_LENGTH = 60;

/** Home is a prompt bar: a sentence and Enter make a room and start the turn in it. */
export function HomePage({ boot }: { boot: HomeBoot }) {
  const [prompt, setPrompt] = useState("");
  const [wanted, setWanted] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const field = useGrowing(prompt);
  const model = modelFor(boot.models, wanted);

  const open = async (template: string, title: string | null, ask: string | null) => {
    setBusy(true);
    try {
      const room = await makeRoom({ template, title });
      if (ask !== null) {
        leavePrompt(room.id, { prompt: ask, model: model?.name ?? null });
      }
      location.assign(`/r/${room.id}#${room.tokens.owner}`);
    } catch (error) {
      setBusy(false);
      notifyError(error);
    }
  };
  const ask = (text: string) => {
    const sentence = text.trim();
    if (sentence !== "" && !busy) {
      void open("blank", titleOf(sentence), sentence);
    }
  };
  const press = (event: KeyboardEvent) => {
    if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) {
      event.preventDefault();
      ask(prompt);
    }
  };

  return (
    <div className="home">
      <header className="home-header">
        <Brand />
        <nav>
          <a className="button quiet" href="/models">
            Models
          </a>
          <ThemeToggle />
        </nav>
      </header>
      <main>
        <h1>What shall we build?</h1>
        <p className="home-lead">
          You, whoever you invite and a fast code model write the same files at the same time, and the page runs beside
          them.
        </p>
        <div className="prompt-bar home-prompt">
          <textarea
            ref={field}
            rows={2}
            value={prompt}
            // biome-ignore lint/a11y/noAutofocus: the page is this field
            autoFocus
            disabled={busy}
            aria-label="Prompt"
            placeholder="Say what you want to have: a game, a tool, a page…"
            onChange={(event) => setPrompt(event.target.value)}
            onKeyDown={press}
          />
          <div className="prompt-tools">
            <ModelPicker models={boot.models} chosen={model?.name ?? null} onChoose={setWanted} />
            <span className="prompt-state small muted" role="status">
              {busy ? "Opening a room…" : ""}
            </span>
            <button
              type="button"
              className="button primary send-button"
              disabled={busy || prompt.trim() === ""}
              onClick={() => ask(prompt)}
            >
              <ArrowUp className="icon" />
              <span>Ask</span>
            </button>
          </div>
        </div>
        <ul className="examples" aria-label="Examples">
          {boot.examples.map((example) => (
            <li key={example}>
              <button type="button" className="button" disabled={busy} onClick={() => ask(example)}>
                {example}
              </button>
            </li>
          ))}
        </ul>
        {model?.rehearsal && (
          <p className="small muted home-note">
            No model is connected: <strong>{model.name}</strong> plays these examples and small edits. For anything
            else, <a href="/models">connect a model</a>.
          </p>
        )}
        <section aria-labelledby="starters">
          <h2 id="starters">Or start from</h2>
          <ul className="starters">
            {boot.starters.map((starter) => (
              <li key={starter.name}>
                <button
                  type="button"
                  className="starter"
                  disabled={busy}
                  onClick={() => void open(starter.name, null, null)}
                >
                  <strong>{starter.title}</strong>
                  <span className="small muted">{starter.description}</span>
                </button>
              </li>
            ))}
          </ul>
        </section>
        <Recent />
      </main>
    </div>
  );
}

function Recent() {
  const [rooms, setRooms] = useState(recentRooms);
  if (rooms.length === 0) {
    return null;
  }
  const forget = (id: string) => {
    forgetRoom(id);
    setRooms(recentRooms());
  };
  return (
    <section aria-labelledby="recent">
      <h2 id="recent">Your rooms in this browser</h2>
      <ul className="recent">
        {rooms.map((room) => (
          <li key={room.id}>
            <a href={`/r/${room.id}`}>{room.title}</a>
            <time className="small muted" dateTime={new Date(room.at).toISOString()}>
              {new Date(room.at).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" })}
            </time>
            <IconButton label={`Forget ${room.title}`} onClick={() => forget(room.id)}>
              <X className="icon" />
            </IconButton>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** A room is called after what was asked first. */
function titleOf(sentence: string): string {
  const line = sentence.split("\n")[0] ?? "";
  const points = [...line];
  return points.length > TITLE_LENGTH
    ? `${points
        .slice(0, TITLE_LENGTH - 1)
        .join("")
        .trimEnd()}…`
    : line;
}
