"""What a member asks for over the socket, carried out on the room. Raises Refusal where it may not be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ide.domain.rights import require
from ide.live.connection import Person
from ide.live.restoring import make_checkpoint, restore
from ide.store import members
from ide.wire import messages
from ide.wire.codes import Role

if TYPE_CHECKING:
    from ide.live.room import LiveRoom


async def perform(room: LiveRoom, person: Person, command: messages.AnyCommand) -> str | None:
    """Carry a command out. Returns the id of what it made, if it made something."""
    match command:
        case messages.AskCommand():
            return await room.turns.ask(person, command)
        case messages.StopTurn():
            await room.turns.stop(person, command.turn)
        case messages.SteerTurn():
            await room.turns.steer(person, command.turn, command.prompt)
        case messages.UndoTurn():
            await room.turns.decisions.undo(person, command.turn)
        case messages.AcceptHunk():
            await room.turns.decisions.accept(person, command.turn, command.hunk)
        case messages.RejectHunk():
            await room.turns.decisions.reject(person, command.turn, command.hunk)
        case messages.StartRun():
            require(person.role, Role.EDITOR)
            return await room.runs.start(person, command.run)
        case messages.StopRun():
            require(person.role, Role.EDITOR)
            await room.runs.stop(command.run)
        case messages.InputRun():
            require(person.role, Role.EDITOR)
            await room.runs.type(command.run, command.data)
        case messages.ResizeRun():
            require(person.role, Role.EDITOR)
            await room.runs.resize(command.run, command.terminal)
        case messages.DebugRun():
            require(person.role, Role.EDITOR)
            await room.runs.debug(command.run, command)
        case messages.Say():
            require(person.role, Role.EDITOR)
            return await room.say(person, command.text)
        case messages.CheckpointCommand():
            return (await make_checkpoint(room, person, command.label)).id
        case messages.Restore():
            return (await restore(room, person, command.checkpoint, command.path)).before
        case messages.Rename():
            room.members.rename(person, command.name)
            await room.services.writer.do(members.rename, person.id, command.name)
    return None
