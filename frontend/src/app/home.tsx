/** Entry of `/`. */
import { type HomeBoot, readBoot } from "./boot";
import { HomePage } from "./home-page";
import { mount } from "./mount";

mount(<HomePage boot={readBoot<HomeBoot>()} />);
