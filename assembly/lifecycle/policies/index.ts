// The keep-alive policies, one file each.

import "./fixed";
import "./lru";
import "./gd";
import "./hist";
import "./pool";
import "./own";
