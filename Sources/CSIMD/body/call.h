// A step whose places have become addresses.

struct call {
  apus_operation operation;
  int32_t variant;
  apus_epilogue epilogue;
  apus_activation activation;
  apus_broadcast broadcast;
  bool mean;
  size_t n;
  float *result;
  const float *operands[4];
  const float *bias;
  float *scratch;
  float *slots[2];
  const float *parameters;
  const size_t *sizes;
};

static inline float *address(apus_place place, float *const *memories) {
  return place.memory == APUS_ABSENT ? NULL : memories[place.memory] + place.offset;
}

static inline struct call resolve(const apus_step *step, float *const *memories) {
  struct call call = {
      .operation = step->operation,
      .variant = step->variant,
      .epilogue = step->epilogue,
      .activation = step->activation,
      .broadcast = step->broadcast,
      .mean = step->mean,
      .n = step->n,
      .result = address(step->result, memories),
      .bias = address(step->bias, memories),
      .scratch = address(step->scratch, memories),
      .parameters = step->parameters,
      .sizes = step->sizes,
  };
  for (int i = 0; i < 4; i++) call.operands[i] = address(step->operands[i], memories);
  for (int i = 0; i < 2; i++) call.slots[i] = address(step->slots[i], memories);
  return call;
}
