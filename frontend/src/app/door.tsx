import { useEffect, useState } from "react";
import { enterRoom, readRoom } from "../rooms/api";
import { messageOf, Refusal } from "../rooms/refusal";
import { openSession, type RoomSession } from "../rooms/session";
import { AskToJoin } from "./ask-to-join";
import { Brand } from "./brand";
import { rememberRoom } from "./recent";
import { RoomPage } from "./room-page";
import "./door.css";

/** The token of a link that leads here, read once: it leaves the address bar and the history at once. */
let token = location.hash.slice(1);
if (token !== "") {
  history.replaceState(null, "", location.pathname + location.search);
}

// A link that is opened where its room, or this door, is open already changes nothing but the address.
window.addEventListener("hashchange", () => location.hash.length > 1 && location.reload());

/** The way into a room: exchanges the link's token for a cookie, opens the session, or says what is needed instead. */
export function RoomDoor({ id }: { id: string }) {
  const [session, setSession] = useState<RoomSession | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  useEffect(() => {
    let opened: RoomSession | null = null;
    let left = false;
    enter(id).then(
      (room) => {
        if (!left) {
          rememberRoom(room.id, room.title);
          opened = openSession(room);
          setSession(opened);
        }
      },
      (error: unknown) => !left && setProblem(error),
    );
    return () => {
      left = true;
      opened?.close();
    };
  }, [id]);
  if (session !== null) {
    return <RoomPage session={session} />;
  }
  return problem === null ? <p className="door muted">Opening the room…</p> : <Refused room={id} problem={problem} />;
}

async function enter(id: string) {
  const given = token;
  if (given === "") {
    return readRoom(id);
  }
  const room = await enterRoom(id, given);
  token = "";
  return room;
}

function Refused({ room, problem }: { room: string; problem: unknown }) {
  const [title, words] = wordsOf(problem);
  const outside = problem instanceof Refusal && problem.code === "not_authorised";
  return (
    <main className="door">
      <Brand />
      <h1>{title}</h1>
      <p>{words}</p>
      {outside && <AskToJoin room={room} />}
      <div className="door-actions">
        {!outside && (
          <button type="button" className="button primary" onClick={tryAgain}>
            Try again
          </button>
        )}
        <a className="button" href="/">
          Home
        </a>
      </div>
    </main>
  );
}

/** A token that was not exchanged goes back into the address, or the next page would not have it. */
function tryAgain(): void {
  if (token !== "") {
    history.replaceState(null, "", `#${token}`);
  }
  location.reload();
}

function wordsOf(problem: unknown): readonly [string, string] {
  switch (problem instanceof Refusal ? problem.code : null) {
    case "not_authorised":
      return token === ""
        ? ["You are not in this room", messageOf(problem)]
        : ["This link does not let you in", messageOf(problem)];
    case "not_found":
      return ["There is no such room", "Its address may be incomplete, or the room was deleted."];
    default:
      return ["The room could not be opened", messageOf(problem)];
  }
}
