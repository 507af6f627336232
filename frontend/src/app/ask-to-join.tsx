import { type FormEvent, useEffect, useId, useState } from "react";
import { askToJoin, readRequest } from "../rooms/api";
import { messageOf, Refusal } from "../rooms/refusal";
import type { JoinState } from "../wire/types";

/** How often to look for an answer. */
const LOOK_MS = 2_000;
const NAME_LENGTH = 40;

/** What somebody does who has the room's address and no link: ask, wait, and be let in by an owner. */
export function AskToJoin({ room }: { room: string }) {
  const [request, ask, problem] = useRequest(room);
  return (
    <section className="door-ask" aria-live="polite">
      {request === null && <AskForm label="Ask to join" onAsk={ask} />}
      {request?.state === "waiting" && (
        <p className="door-waiting">
          <span className="spinner" aria-hidden="true" />
          <span>
            <strong>You have asked to join.</strong>{" "}
            {request.owner_here
              ? "The room's owner sees it now. This page goes on by itself."
              : "No owner is here right now: they see it when they come. This page goes on by itself, and you may close it."}
          </span>
        </p>
      )}
      {request?.state === "declined" && <Declined key={request.again_at} request={request} onAsk={ask} />}
      {problem !== null && (
        <p className="door-problem" role="alert">
          {problem}
        </p>
      )}
    </section>
  );
}

function Declined({ request, onAsk }: { request: JoinState; onAsk: (name: string | null) => void }) {
  const againAt = request.again_at ?? 0;
  const [again, setAgain] = useState(againAt <= Date.now());
  useEffect(() => {
    const timer = setTimeout(() => setAgain(true), Math.max(0, againAt - Date.now()));
    return () => clearTimeout(timer);
  }, [againAt]);
  const time = new Date(againAt).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  return (
    <>
      <p>
        <strong>An owner declined.</strong> {!again && `You may ask again at ${time}.`}
      </p>
      {again && <AskForm label="Ask again" onAsk={onAsk} />}
    </>
  );
}

function AskForm({ label, onAsk }: { label: string; onAsk: (name: string | null) => void }) {
  const [name, setName] = useState("");
  const field = useId();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onAsk(name.trim() || null);
  };
  return (
    <form className="door-form" onSubmit={submit}>
      <label htmlFor={field} className="small">
        Your name, if the owners know you by one
      </label>
      <div className="door-row">
        <input
          id={field}
          className="field"
          value={name}
          maxLength={NAME_LENGTH}
          autoComplete="nickname"
          onChange={(event) => setName(event.target.value)}
        />
        <button type="submit" className="button primary">
          {label}
        </button>
      </div>
    </form>
  );
}

/** One's own request, what makes one, and why that failed. Reloads the page once the request was granted. */
function useRequest(room: string): readonly [JoinState | null, (name: string | null) => void, string | null] {
  const key = `sparkroom:request:${room}`;
  const [id, setId] = useState(() => localStorage.getItem(key));
  const [state, setState] = useState<JoinState | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    if (id === null) {
      return;
    }
    let ended = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = async () => {
      try {
        const now = await readRequest(room, id);
        if (ended) {
          return;
        }
        setState(now);
        setProblem(null);
        if (now.state === "admitted") {
          localStorage.removeItem(key);
          location.reload();
          return;
        }
      } catch (error) {
        if (ended) {
          return;
        }
        if (error instanceof Refusal && error.code === "unavailable") {
          setProblem(error.message);
        } else {
          localStorage.removeItem(key);
          setId(null);
          setState(null);
          return;
        }
      }
      timer = setTimeout(look, LOOK_MS);
    };
    void look();
    return () => {
      ended = true;
      clearTimeout(timer);
    };
  }, [room, id, key]);
  const ask = (name: string | null) => {
    askToJoin(room, name).then(
      (made) => {
        localStorage.setItem(key, made.id);
        setProblem(null);
        setState(made);
        setId(made.id);
      },
      (error: unknown) => {
        if (error instanceof Refusal && error.code === "conflict") {
          // Somebody let this browser in meanwhile.
          location.reload();
        } else {
          setProblem(messageOf(error));
        }
      },
    );
  };
  return [state, ask, problem];
}
