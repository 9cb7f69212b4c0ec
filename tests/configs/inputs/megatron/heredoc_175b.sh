#!/bin/bash
set -ex
DS_CONFIG=ds_config.json
TP=1
MICRO_BATCH=4
NODES=1
GPN=8
GLOBAL_BATCH=$(( ${GPN} * ${MICRO_BATCH} * ${NODES} ))
SP=15
CPU_OPTIM=" "
OUTPUT_DIR=ds_z_off_gb${GLOBAL_BATCH}
cat <<EOT > $DS_CONFIG
{
  "train_batch_size" : $GLOBAL_BATCH,
  "zero_optimization": { "stage": 3 }
}
EOT
export NCCL_DEBUG=warn 
ds_args=" "
ds_args=" --deepspeed ${ds_args}"
ds_args=" --no-pipeline-parallel ${ds_args}" 
ds_args=" --deepspeed_config=$DS_CONFIG ${ds_args}"
deepspeed --force_multi --num_nodes=$NODES pretrain_gpt.py \
    --tensor-model-parallel-size $TP \
    --loss-scale $SP \
    --micro-batch-size $MICRO_BATCH \
    --global-batch-size $GLOBAL_BATCH \
    --train-iters 1000 \
    --lr 6.0e-5 \
    --min-lr 6.0e-6 \
    --lr-decay-style cosine \
    --data-path $DATA_PATH \
    $CPU_OPTIM $ds_args \
    --exit-interval 5000 | tee ${OUTPUT_DIR}/output.log
