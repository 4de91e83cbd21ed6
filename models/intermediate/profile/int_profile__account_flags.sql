-- What single accounts say of the class of their customer: made for tests, an employee's.
with crosswalk as (

    select * from {{ ref('int_identity__crosswalk') }}

),

crm_customers as (

    select * from {{ ref('stg_crm__customers') }}

),

shop_accounts as (

    select * from {{ ref('stg_shop__accounts') }}

),

store_members as (

    select * from {{ ref('stg_store__members') }}

),

test_names as (

    select * from {{ ref('test_names') }}

),

stated as (

    select
        record_id,
        'name' as name_kind,
        name,
        coalesce(account_status = 'test', false) as is_test,
        coalesce(is_employee, false) as is_employee
    from crm_customers

    union all

    select
        record_id,
        'name' as name_kind,
        real_name as name,
        false as is_test,
        false as is_employee
    from shop_accounts

    union all

    select
        record_id,
        'nickname' as name_kind,
        nickname as name,
        false as is_test,
        false as is_employee
    from shop_accounts

    union all

    select
        record_id,
        'name' as name_kind,
        name,
        false as is_test,
        false as is_employee
    from store_members

),

-- Testers number their accounts: test01, 测试-2.
distinct_names as (

    select distinct
        name_kind,
        name,
        {{ regexp_remove('lower(name)', '[^a-z一-鿿]') }} as name_letters
    from stated
    where name is not null

),

named_for_tests as (

    select distinct
        distinct_names.name_kind,
        distinct_names.name
    from distinct_names
    inner join test_names
        on
            test_names.name_kind = distinct_names.name_kind
            and distinct_names.name_letters like test_names.pattern

),

flags_per_record as (

    select
        stated.record_id,
        bool_or(stated.is_test or named_for_tests.name is not null) as is_test,
        bool_or(stated.is_employee) as is_employee
    from stated
    left join named_for_tests
        on
            named_for_tests.name_kind = stated.name_kind
            and named_for_tests.name = stated.name
    group by stated.record_id

),

flagged as (

    select
        crosswalk.record_id,
        crosswalk.customer_id,
        coalesce(flags_per_record.is_test, false) as is_test,
        coalesce(flags_per_record.is_employee, false) as is_employee
    from crosswalk
    left join flags_per_record on flags_per_record.record_id = crosswalk.record_id

)

select * from flagged
