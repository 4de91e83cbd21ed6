-- Which customers were worth most and have not bought for longest, and may they be written to?
select
    rfm_segments.customer_id,
    customer_base.name,
    customer_base.region,
    rfm_segments.recency_days,
    rfm_segments.frequency,
    rfm_segments.monetary_amount,
    customer_base.allows_marketing
from {{ ref('rfm_segments') }} as rfm_segments
inner join {{ ref('customer_base') }} as customer_base
    on customer_base.customer_id = rfm_segments.customer_id
where rfm_segments.segment in ('重要保持客户', '重要挽留客户')
order by
    rfm_segments.monetary_amount desc,
    rfm_segments.customer_id asc
