'use strict';

/** No taller than the shortest page: a screenshot is of the whole page, and grows with it. */
module.exports = {
  phone: { width: 390, height: 600 },
  desktop: { width: 1100, height: 480 },
};
