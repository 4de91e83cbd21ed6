-- What customers say, ask and complain of. What is most frequent is preferred; ties of content go
-- to the first in the alphabet, those of complaints to what was complained of last.
with interactions as (

    select * from {{ ref('int_activity__interactions') }}
    where customer_id is not null

),

tickets as (

    select * from {{ ref('int_activity__tickets') }}
    where customer_id is not null

),

survey_responses as (

    select * from {{ ref('int_activity__survey_responses') }}
    where customer_id is not null

),

interactions_per_customer as (

    select
        customer_id,
        count(*) filter (where interaction_type = 'like') as n_likes,
        count(*) filter (where interaction_type = 'comment') as n_comments,
        count(*) filter (where interaction_type = 'share') as n_shares,
        count(*) filter (where interaction_type = 'join_group') as n_joined_groups
    from interactions
    group by customer_id

),

content_uses as (

    select
        customer_id,
        content_type,
        count(*) as n_uses
    from interactions
    where content_type is not null
    group by customer_id, content_type

),

preferred_contents as (

    select
        customer_id,
        content_type
    from content_uses
    qualify row_number() over (
        partition by customer_id order by n_uses desc, content_type asc
    ) = 1

),

tickets_per_customer as (

    select
        customer_id,
        count(*) as n_tickets,
        count(*) filter (where is_complaint) as n_complaints,
        avg(satisfaction) as avg_satisfaction
    from tickets
    group by customer_id

),

complaint_types as (

    select
        customer_id,
        category,
        count(*) as n_complaints,
        max(opened_at) as last_opened_at
    from tickets
    where is_complaint
    group by customer_id, category

),

main_complaint_types as (

    select
        customer_id,
        category
    from complaint_types
    qualify row_number() over (
        partition by customer_id
        order by n_complaints desc, last_opened_at desc nulls last, category asc
    ) = 1

),

latest_scores as (

    select
        customer_id,
        nps
    from survey_responses
    where nps is not null
    qualify row_number() over (
        partition by customer_id order by submitted_at desc nulls last, response_id asc
    ) = 1

),

customers as (

    select customer_id from interactions_per_customer
    union
    select customer_id from tickets_per_customer
    union
    select customer_id from latest_scores

),

engagement as (

    select
        customers.customer_id,
        interactions_per_customer.n_likes,
        interactions_per_customer.n_comments,
        interactions_per_customer.n_shares,
        interactions_per_customer.n_joined_groups,
        preferred_contents.content_type as preferred_content_type,
        tickets_per_customer.n_tickets,
        tickets_per_customer.n_complaints,
        tickets_per_customer.avg_satisfaction,
        main_complaint_types.category as main_complaint_type,
        latest_scores.nps
    from customers
    left join interactions_per_customer
        on interactions_per_customer.customer_id = customers.customer_id
    left join preferred_contents on preferred_contents.customer_id = customers.customer_id
    left join tickets_per_customer on tickets_per_customer.customer_id = customers.customer_id
    left join main_complaint_types on main_complaint_types.customer_id = customers.customer_id
    left join latest_scores on latest_scores.customer_id = customers.customer_id

)

select * from engagement
