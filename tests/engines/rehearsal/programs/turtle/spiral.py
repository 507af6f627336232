import time

DELAY = 0.05
PEN_COLOUR = "purple"


def spiral(turns, step=5):
    length = step
    for turn in range(turns):
        print(" " * (turn % 40) + "*")
        length += step
        time.sleep(DELAY)
    return length


class Pen:
    """Draws."""

    def lift(self): self.down = False

    def move(self, distance):
        # go on
        self.at = distance


spiral(200)
