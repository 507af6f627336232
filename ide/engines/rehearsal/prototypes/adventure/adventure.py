"""The Lighthouse: a small text adventure. Run it and type what you want to do; "help" lists the commands."""

from dataclasses import dataclass, field
from textwrap import fill

WAYS = {"n": "north", "s": "south", "e": "east", "w": "west", "u": "up", "d": "down"}

HELP = """\
  look                  see where you are
  north, up, n, u ...   go somewhere
  take <thing>          pick something up
  use <thing>           use something you carry
  inventory             see what you carry
  quit                  leave the game"""


@dataclass
class Place:
    """Somewhere to be: what it looks like, where its exits lead, and what lies there."""

    text: str
    exits: dict[str, str]
    things: list[str] = field(default_factory=list)


@dataclass
class Game:
    """Everything that changes while somebody plays."""

    places: dict[str, Place]
    here: str = "beach"
    carried: list[str] = field(default_factory=list)
    moves: int = 0
    door_open: bool = False
    lamp_filled: bool = False
    over: bool = False


def new_game() -> Game:
    """The island as the player finds it."""
    return Game(
        {
            "beach": Place(
                "You stand on a cold beach at dusk. A ship's bell rings somewhere out in the fog. "
                "A path climbs north to a dark lighthouse; east lies a boathouse.",
                {"north": "door", "east": "boathouse"},
            ),
            "boathouse": Place(
                "A boathouse that smells of tar. The beach is west.",
                {"west": "beach"},
                ["key", "oil"],
            ),
            "door": Place(
                "The foot of the lighthouse. Its iron door is locked. The beach is south.",
                {"south": "beach"},
            ),
            "stairs": Place(
                "A spiral staircase. It goes up into the dark; the way out is south.",
                {"south": "door", "up": "lamp room"},
                ["matches"],
            ),
            "lamp room": Place(
                "The lamp room. A great brass lamp stands here, dry and cold. Through the glass you see "
                "a ship's lights, much too close to the rocks. The stairs go down.",
                {"down": "stairs"},
            ),
        }
    )


def describe(game: Game) -> str:
    """What the player sees."""
    place = game.places[game.here]
    text = fill(place.text, 72)
    if place.things:
        text += f"\nYou see: {', '.join(place.things)}."
    return text


def go(game: Game, way: str) -> str:
    """Move, if there is a way."""
    target = game.places[game.here].exits.get(way)
    if target is None:
        return "The door is locked." if (game.here, way) == ("door", "north") else "You cannot go that way."
    game.here = target
    return describe(game)


def take(game: Game, thing: str) -> str:
    """Pick something up."""
    things = game.places[game.here].things
    if thing not in things:
        return f"There is no {thing or 'such thing'} here."
    things.remove(thing)
    game.carried.append(thing)
    return f"You take the {thing}."


def use(game: Game, thing: str) -> str:
    """Use something that is carried, where it does something."""
    if thing not in game.carried:
        return f"You have no {thing or 'such thing'}."
    if thing == "key" and game.here == "door" and not game.door_open:
        game.door_open = True
        game.places["door"].text = "The foot of the lighthouse. The iron door stands open, north. The beach is south."
        game.places["door"].exits["north"] = "stairs"
        return "The key turns with a groan. The door is open, and leads north."
    if thing == "oil" and game.here == "lamp room":
        game.lamp_filled = True
        game.carried.remove("oil")
        return "You fill the lamp. It only wants a flame now."
    if thing == "matches" and game.here == "lamp room":
        if not game.lamp_filled:
            return "The wick is dry; it will not burn."
        game.over = True
        return fill(
            "The lamp roars into life and its beam sweeps the sea. Out in the fog the ship turns away from the "
            f"rocks, and its bell rings twice: thank you. You did it in {game.moves} moves.",
            72,
        )
    return f"You see no use for the {thing} here."


def play(game: Game, line: str) -> str:
    """Do what `line` says, and tell what happened."""
    verb, _, rest = line.strip().lower().partition(" ")
    thing = rest.removeprefix("the ").strip()
    game.moves += 1
    if verb in ("go", "walk", "climb"):
        verb, thing = thing, ""
    way = WAYS.get(verb, verb)
    if way in WAYS.values():
        return go(game, way)
    if verb in ("look", "l"):
        return describe(game)
    if verb in ("take", "get"):
        return take(game, thing)
    if verb in ("use", "light", "fill", "open"):
        return use(game, thing)
    if verb in ("inventory", "i"):
        return f"You carry: {', '.join(game.carried) or 'nothing'}."
    if verb in ("quit", "exit", "q"):
        game.over = True
        return "You walk away from the sea."
    game.moves -= 1
    return HELP if verb == "help" else 'You cannot do that. Try "help".'


def main() -> None:
    """Read and answer until the game is over or the input ends."""
    game = new_game()
    print(f"THE LIGHTHOUSE\n\n{describe(game)}")
    while not game.over:
        try:
            line = input("\n> ")
        except EOFError:
            break
        if line.strip():
            print(play(game, line))


if __name__ == "__main__":
    main()
