/** Entry of `/r/{id}`. */
import { type RoomBoot, readBoot } from "./boot";
import { RoomDoor } from "./door";
import { mount } from "./mount";

mount(<RoomDoor id={readBoot<RoomBoot>().room} />);
