/** Entry of `/models`. */
import { type ModelsBoot, readBoot } from "./boot";
import { ModelsPage } from "./models-page";
import { mount } from "./mount";

mount(<ModelsPage boot={readBoot<ModelsBoot>()} />);
