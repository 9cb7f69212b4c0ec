# mmcv (OpenMMLab before mmengine): a cosine by epoch under a warmup of 500 iterations.
data = dict(samples_per_gpu=2, workers_per_gpu=2)
optimizer = dict(type="SGD", lr=0.02, momentum=0.9, weight_decay=1e-4)
lr_config = dict(policy="CosineAnnealing", warmup="linear", warmup_iters=500, warmup_ratio=0.001, min_lr=0)
runner = dict(type="EpochBasedRunner", max_epochs=12)
