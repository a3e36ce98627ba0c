// Operations on the steps of rows, by their names.
#include "rows.h"
#include "recurrence.h"
#include "windows.h"
#include "pooling.h"
#include "attention.h"

// The elements that every thread needs, and those that all share, which come first.
struct KERNEL(room) {
  size_t shared, own;
};

INLINE struct KERNEL(room) room_for(apus_operation operation, int32_t variant,
                                    const size_t *sizes) {
  const struct KERNEL(cells) c = cells_of((apus_cell)variant, sizes);
  switch (operation) {
  case APUS_RECURRENCE:
    return (struct KERNEL(room)){panels_count(c.units, c.columns),
                                 ROWS_OF_TASK * (c.columns + c.units)};
  case APUS_RECURRENCE_GRADIENT:
    return (struct KERNEL(room)){panels_count(c.columns, c.units),
                                 ROWS_OF_TASK * (c.columns + 2 * c.units)};
  case APUS_ATTENTION:
  case APUS_ATTENTION_GRADIENT: return (struct KERNEL(room)){0, attention_own(sizes)};
  default: return (struct KERNEL(room)){0, 0};
  }
}

static size_t KERNEL(sequence_scratch)(const apus_step *step, size_t threads) {
  const struct KERNEL(room) room = room_for(step->operation, step->variant, step->sizes);
  return room.shared + threads * room.own;
}

static KERNEL(rows_body) KERNEL(sequence_body)(apus_operation operation) {
  switch (operation) {
  case APUS_LENGTH: return KERNEL(length_rows);
  case APUS_RECURRENCE: return KERNEL(recurrence_rows);
  case APUS_STATES: return KERNEL(states_rows);
  case APUS_RECURRENCE_GRADIENT: return KERNEL(recurrence_gradient_rows);
  case APUS_RECURRENT_GRADIENT: return KERNEL(recurrent_gradient_rows);
  case APUS_WINDOWS: return KERNEL(windows_rows);
  case APUS_WINDOWS_GRADIENT: return KERNEL(windows_gradient_rows);
  case APUS_POOL: return KERNEL(pool_rows);
  case APUS_POOL_GRADIENT: return KERNEL(pool_gradient_rows);
  case APUS_ATTENTION: return KERNEL(attention_rows);
  default: return KERNEL(attention_gradient_rows);
  }
}

static void KERNEL(sequence)(const struct call *step, size_t m, apus_pool *pool) {
  if (step->operation == APUS_RECURRENCE) KERNEL(pack_recurrent)(step, false);
  if (step->operation == APUS_RECURRENCE_GRADIENT) KERNEL(pack_recurrent)(step, true);
  const struct KERNEL(room) room = room_for(step->operation, step->variant, step->sizes);
  KERNEL(each_rows)(step, m, KERNEL(sequence_body)(step->operation), room.shared, room.own, pool);
}
