"""A side-scrolling runner with pygame."""
import pygame

WIDTH, HEIGHT = 640, 360
FPS = 60
GRAVITY = 0.8
RUN_SPEED = 5
OBSTACLE_SPEED = 6
BACKGROUND = (30, 30, 46)
PLAYER_COLOR = (166, 227, 161)
PLAYER_SIZE = 40


class Player:
    def __init__(self, x, y):
        self.x = x
        self.y = y
        self.velocity = 0

    def jump(self, strength):
        if self.on_ground():
            self.velocity = -strength

    def on_ground(self):
        return self.y >= HEIGHT - PLAYER_SIZE


def main():
    pygame.init()
    screen = pygame.display.set_mode((WIDTH, HEIGHT))
    pygame.display.set_caption("Runner")
    clock = pygame.time.Clock()
    player = Player(80, HEIGHT - PLAYER_SIZE)
    while True:
        for event in pygame.event.get():
            if event.type == pygame.QUIT:
                return
        screen.fill(BACKGROUND)
        pygame.draw.rect(screen, PLAYER_COLOR, (player.x, player.y, PLAYER_SIZE, PLAYER_SIZE))
        pygame.display.flip()
        clock.tick(FPS)


if __name__ == "__main__":
    main()
